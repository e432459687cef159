/* Runs before the first paint: the small functions the theme expects to find inline, and the chosen colours.
   Kept apart from touchline.js because it must not wait for the page. */
(() => {
  const base = document.currentScript.dataset.base || ".";
  window.__md_scope = new URL(base, location.href);
  window.__md_hash = (text) => [...text].reduce((sum, letter) => ((sum << 5) - sum + letter.charCodeAt(0)) | 0, 0);
  window.__md_get = (key, store = localStorage, scope = window.__md_scope) => {
    try { return JSON.parse(store.getItem(scope.pathname + "." + key)); } catch { return null; }
  };
  window.__md_set = (key, value, store = localStorage, scope = window.__md_scope) => {
    try { store.setItem(scope.pathname + "." + key, JSON.stringify(value)); } catch { /* private browsing */ }
  };

  const chosen = window.__md_get("__palette");
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const scheme = (chosen && chosen.color && chosen.color.scheme) || (isDark ? "slate" : "default");
  const paint = () => document.body.setAttribute("data-md-color-scheme", scheme);
  document.documentElement.classList.replace("no-js", "js");
  new MutationObserver((_, observer) => {
    if (document.body) { paint(); observer.disconnect(); }
  }).observe(document.documentElement, { childList: true });
})();
