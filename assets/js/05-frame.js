/* The frame around the pages: the current page's link, and the end of the server's shell.

   Reads no store, writes no store. */
(function () {
  "use strict";

  const { callbacks, whenDrawn } = window.florascope;

  Object.assign(callbacks, {
    /* the address, the links' addresses → the links' classes; the link of this page is marked */
    markPage(pathname, ...links) {
      const classes = links.map((href) => (href === pathname ? "nav-link nav-link--here" : "nav-link"));
      whenDrawn("main", () => {
        document.querySelectorAll(".site-nav a").forEach((link) => {
          if (new URL(link.href).pathname === pathname) link.setAttribute("aria-current", "page");
          else link.removeAttribute("aria-current");
        });
      });
      return classes;
    },
  });

  /* The shell from the server has done its work once the first page is drawn. */
  const watch = new MutationObserver(() => {
    if (!document.querySelector("#react-entry-point .page")) return;
    const shell = document.getElementById("shell");
    if (shell) shell.remove();
    watch.disconnect();
  });
  watch.observe(document.body, { childList: true, subtree: true });
})();
