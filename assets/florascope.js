/* The few lines that run in the browser: callbacks without a round trip, and words for a server that fails. */
(function () {
  "use strict";

  const noUpdate = () => window.dash_clientside.no_update;
  const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    florascope: {
      reveal,
      choices: 0, // photos chosen so far, counted by photo.js

      /* photo → [workbench class, preview, alt text, caption, button disabled] */
      showPhoto(photo) {
        const workbench = document.getElementById("workbench");
        const ready = !workbench || workbench.dataset.ready === "yes";
        if (!photo) return ["workbench", "", "", "", true];
        const shown = photo.preview ? photo.url : "";
        const caption = photo.preview
          ? photo.name
          : photo.name + " (no preview: your browser cannot show it)";
        const look = photo.preview ? "workbench has-photo" : "workbench has-photo no-preview";
        return [look, shown, photo.preview ? "Your photo: " + photo.name : "", caption, !ready];
      },

      /* answer, photo → [result, overview hidden]; an answer to an earlier photo is not shown */
      showAnswer(answer, photo) {
        const fits = answer && photo && answer.key === photo.key;
        const shown = fits ? answer.key + " " + (answer.turn || 0) : "";
        if (fits && shown !== lastShown) {
          lastShown = shown;
          whenDrawn("verdict-name", (name) => {
            name.focus({ preventScroll: true });
            const box = name.getBoundingClientRect();
            if (box.top < 0 || box.bottom > window.innerHeight * 0.8) {
              // Not #result: side by side with the photo it has no box of its own to scroll to.
              name.closest(".verdict").scrollIntoView({ behavior: still() ? "auto" : "smooth", block: "start" });
            }
          }, document.getElementById("verdict-name"));
        }
        return [fits ? answer.content : null, Boolean(photo)];
      },

      /* a new answer, photo → the store that outlives the page, and what is said of it; nothing of an earlier photo. A
         photo that only the server can read comes with its answer, to be shown from now on (none of these is an output:
         showPhoto would wait for it whenever the page is drawn) */
      keepAnswer(answer, photo) {
        if (!answer || answer.key !== (photo ? photo.key : "")) return noUpdate();
        const { key, content, shown } = answer;
        const set = window.dash_clientside.set_props;
        set("photo-message", { children: answer.message });
        if (answer.message) reveal("photo-message");
        set("status", { children: answer.words });
        if (shown) set("photo", { data: { ...photo, url: shown, preview: true } });
        return content === undefined ? noUpdate() : content && { key, content };
      },

      /* a bar was clicked → the tab with that class's training photos */
      showClass(click) {
        return click && click.points && click.points.length ? String(click.points[0].customdata) : noUpdate();
      },

      /* the address changed → mark the page in the header, start at the top */
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

      /* true as soon as the chart comes near the screen */
      comesNear(_, id) {
        return new Promise((resolve) => {
          whenDrawn(id, (chart) => {
            const observer = new IntersectionObserver(
              (entries) => {
                if (!entries.some((entry) => entry.isIntersecting)) return;
                observer.disconnect();
                resolve(true);
              },
              { rootMargin: "40px" }
            );
            observer.observe(chart);
          });
        });
      },
    },
  });

  let lastShown = ""; // an answer that is drawn again, as after “back”, is not jumped to

  /* `before` is what stood there until now, and is about to be replaced. */
  function whenDrawn(id, act, before = null, tries = 60) {
    const element = document.getElementById(id);
    if (element && (element !== before || !tries)) act(element);
    else if (tries) requestAnimationFrame(() => whenDrawn(id, act, before, tries - 1));
  }

  /* “Back” leads to where one was. The browser would look for the place before the page is drawn, and end elsewhere. */
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

  /* The shell from the server has done its work once the first page is drawn. */
  const watch = new MutationObserver(() => {
    if (!document.querySelector("#react-entry-point .page")) return;
    const shell = document.getElementById("shell");
    if (shell) shell.remove();
    watch.disconnect();
  });
  watch.observe(document.body, { childList: true, subtree: true });

  /* Dash shows nothing when a callback's request fails, and leaves buttons spinning. Here every failure becomes a
     sentence, and Dash gets an empty answer ("no update"), which ends the spinning. */
  const away = "The server does not answer. Check your connection, then try again.";
  const trouble = "Something went wrong on the server. Try again; if it stays, load the page anew.";
  const realFetch = window.fetch;

  window.fetch = async function (resource, options) {
    const url = String(resource && resource.url ? resource.url : resource);
    if (!url.includes("_dash-update-component")) return realFetch.call(window, resource, options);
    let sentence = away;
    const choice = window.dash_clientside.florascope.choices;
    try {
      const response = await realFetch.call(window, resource, options);
      if (response.ok) {
        say("notice", "");
        return response;
      }
      const own = (response.headers.get("Content-Type") || "").startsWith("text/plain") && response.status !== 500;
      sentence = own ? await response.text() : trouble;
    } catch {
      /* no network, or nobody there */
    }
    const asked = String((options && options.body) || "");
    const aboutPhoto = asked.includes('"fresh-answer.data"');
    const another = aboutPhoto && choice !== window.dash_clientside.florascope.choices;
    if (!another) say(aboutPhoto ? "photo-message" : "notice", sentence);
    return new Response(null, { status: 204 });
  };

  function say(id, sentence) {
    const element = document.getElementById(id);
    if (element && element.textContent !== sentence) window.dash_clientside.set_props(id, { children: sentence });
    if (element && sentence) reveal(id);
  }

  /* Bring what was just said onto the screen, once it is drawn. */
  function reveal(id) {
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        const element = document.getElementById(id);
        if (element) element.scrollIntoView({ behavior: still() ? "auto" : "smooth", block: "nearest" });
      })
    );
  }
})();
