"""Browsers inside chat apps, as far as a Chromium can be made to lack what they lack."""

WECHAT = (
    "Mozilla/5.0 (Linux; Android 10; HLK-AL00; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/86.0.4240.99 XWEB/4317 MMWEBSDK/20220505 Mobile Safari/537.36 "
    "MicroMessenger/8.0.23.2160(0x28001757) Process/toolsmp WeChat/arm64 NetType/4G Language/zh_CN"
)

# What Chrome 86, Safari 14 and the views of chat apps do not know, or keep from pages.
OLD = """(() => {
  const gone = (owner, ...names) => { for (const name of names) {
    delete owner[name];
    if (name in owner) Object.defineProperty(owner, name, { value: undefined, configurable: true });
  } };
  gone(window, "structuredClone", "SpeechRecognition", "webkitSpeechRecognition", "MediaRecorder",
    "BroadcastChannel", "BeforeInstallPromptEvent", "caches", "Notification", "PushManager",
    "createImageBitmap", "requestIdleCallback", "scheduler", "navigation", "CompressionStream");
  gone(Navigator.prototype, "serviceWorker", "locks", "storage", "clipboard", "share",
    "mediaDevices", "wakeLock", "userActivation");
  gone(Crypto.prototype, "randomUUID");
  gone(Object, "hasOwn", "groupBy");
  gone(Promise, "any", "withResolvers", "try");
  gone(AbortSignal, "timeout", "any", "abort");
  gone(Array, "fromAsync");
  gone(Array.prototype, "at", "findLast", "findLastIndex", "toSorted", "toReversed", "toSpliced",
    "with", "group");
  gone(String.prototype, "at", "replaceAll", "isWellFormed");
  gone(Element.prototype, "checkVisibility", "setHTMLUnsafe");
  gone(HTMLElement.prototype, "showPopover", "inert");
  window.addEventListener("beforeinstallprompt", (event) => event.stopImmediatePropagation(), true);
  for (const name of ["beforeunload", "pagehide", "freeze", "unload"]) {
    window.addEventListener(name, (event) => event.stopImmediatePropagation(), true);
  }
})();"""


def in_chat(phone) -> None:
    """From the next page on this phone is one inside WeChat."""
    session = phone.told = phone.context.new_cdp_session(phone.page)
    session.send("Emulation.setUserAgentOverride", {"userAgent": WECHAT})
    phone.page.add_init_script(OLD)
