/* Before the page itself: is the browser able, and did all of the page come? Written so that any
   browser reads it (ES5); what the page needs is stated in docs/phone.md. */
(function () {
  "use strict";
  var page = document.documentElement, PATIENCE = 30000;
  var able = "noModule" in document.createElement("script") && window.Promise && window.fetch &&
    window.AbortController && window.TextEncoder && window.crypto && window.crypto.getRandomValues &&
    Element.prototype.replaceChildren && Array.prototype.flatMap && window.Blob && Blob.prototype.arrayBuffer;

  function show(id) {
    var box = document.getElementById(id);
    if (!page.getAttribute("data-ready") && box) box.hidden = false;
  }
  function later(id) {
    if (!page.getAttribute("data-ready")) page.className += " is-stuck";
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", function () { show(id); });
    else show(id);
  }

  if (/MicroMessenger|DingTalk|AlipayClient|Weibo|QQ\//i.test(navigator.userAgent)) page.className += " is-chat";
  if (!able) { later("too-old"); return; }
  window.addEventListener("error", function (event) {
    if (event.target && event.target.tagName === "SCRIPT") later("half-here");
  }, true);
  setTimeout(function () { later("half-here"); }, PATIENCE);
}());
