"""An app around a web view, like the chat apps of iOS: run by the system's Python, which has the
bindings of GTK. Arguments: the folder of its profile, ``--agent=`` and ``--proxy=`` with a value
or none, names of features to do without.
"""

import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2  # noqa: E402

PHONE = (360, 740)


def main(profile: str, agent: str, proxy: str, *without: str) -> None:
    data = WebKit2.WebsiteDataManager(
        base_data_directory=f"{profile}/data", base_cache_directory=f"{profile}/cache"
    )
    if address := proxy.removeprefix("--proxy="):
        data.set_network_proxy_settings(
            WebKit2.NetworkProxyMode.CUSTOM, WebKit2.NetworkProxySettings.new(address)
        )
    context = WebKit2.WebContext(website_data_manager=data)
    cookies = context.get_cookie_manager()
    cookies.set_persistent_storage(f"{profile}/cookies", WebKit2.CookiePersistentStorage.SQLITE)
    context.set_preferred_languages(["zh-CN"])
    context.set_automation_allowed(True)
    settings = settings_of(agent.removeprefix("--agent="), without)

    def begin(_, session):
        info = WebKit2.ApplicationInfo()
        info.set_name("view")
        session.set_application_info(info)
        session.connect("create-web-view", lambda _: shown(context, settings))

    context.connect("automation-started", begin)
    Gtk.main()


def settings_of(agent: str, without: tuple[str, ...]) -> WebKit2.Settings:
    settings = WebKit2.Settings()
    if agent:
        settings.set_user_agent(agent)
    features = WebKit2.Settings.get_all_features()
    known = {
        feature.get_identifier(): feature
        for feature in map(features.get, range(features.get_length()))
    }
    for name in without:
        settings.set_feature_enabled(known[name], False)
    return settings


def shown(context: WebKit2.WebContext, settings: WebKit2.Settings) -> WebKit2.WebView:
    view = WebKit2.WebView(web_context=context, settings=settings, is_controlled_by_automation=True)
    window = Gtk.Window(decorated=False)
    window.set_default_size(*PHONE)
    window.add(view)
    window.show_all()
    view.grab_focus()
    return view


if __name__ == "__main__":
    main(*sys.argv[1:])
