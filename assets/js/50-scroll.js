/* “Back” leads to where one was. The browser would look for the place before the page is drawn, and end elsewhere.

   Reads no store, writes no store. */
(function () {
  "use strict";

  const places = new Map(); // address → how far its page was scrolled
  let stopSearching = () => {};
  history.scrollRestoration = "manual";
  window.addEventListener("scroll", () => places.set(location.href, window.scrollY), { passive: true });
  window.addEventListener("popstate", () => {
    const place = places.get(location.href) || 0;
    let tries = 180;
    stopSearching();
    stopSearching = () => (tries = 0);
    (function search() {
      if (!tries--) return;
      const room = document.documentElement.scrollHeight - window.innerHeight;
      if (room < place - 1 || !document.querySelector("#react-entry-point .page")) return requestAnimationFrame(search);
      window.scrollTo({ top: place, behavior: "instant" });
    })();
  });
  for (const kind of ["wheel", "touchstart", "keydown"]) {
    window.addEventListener(kind, () => stopSearching(), { passive: true });
  }
})();
