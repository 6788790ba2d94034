/* The answer to a photo: from the server's store to the one that outlives the page, and onto the screen.

   Reads the stores: fresh-answer, photo, answer.
   Writes: answer (keepAnswer); photo, when the server sends a copy that the browser can show (keepAnswer). */
(function () {
  "use strict";

  const { callbacks, noUpdate, reveal, scrollBehavior, set, whenDrawn } = window.florascope;

  let lastShown = ""; // an answer that is drawn again, as after “back”, is not jumped to

  function goTo(name) {
    name.focus({ preventScroll: true });
    const box = name.getBoundingClientRect();
    if (box.top < 0 || box.bottom > window.innerHeight * 0.8) {
      // Not #result: side by side with the photo it has no box of its own to scroll to.
      name.closest(".verdict").scrollIntoView({ behavior: scrollBehavior(), block: "start" });
    }
  }

  Object.assign(callbacks, {
    /* a fresh answer, photo → the answer that outlives the page, and what is said of it; nothing of an earlier photo. A
       photo that only the server can read comes with its answer, to be shown from now on (none of these is an output:
       showPhoto would wait for it whenever the page is drawn) */
    keepAnswer(answer, photo) {
      if (!answer || answer.key !== (photo ? photo.key : "")) return noUpdate();
      const { key, content, shown } = answer;
      set("photo-message", { children: answer.message });
      if (answer.message) reveal("photo-message");
      set("status", { children: answer.words });
      if (shown) set("photo", { data: { ...photo, url: shown, preview: true, shrunk: true } });
      return content === undefined ? noUpdate() : content && { key, content };
    },

    /* answer, photo → [result, overview hidden]; an answer to an earlier photo is not shown */
    showAnswer(answer, photo) {
      const fits = answer && photo && answer.key === photo.key;
      const shown = fits ? answer.key + " " + (answer.turn || 0) : "";
      if (fits && shown !== lastShown) {
        lastShown = shown;
        whenDrawn("verdict-name", goTo, document.getElementById("verdict-name"));
      }
      return [fits ? answer.content : null, Boolean(photo)];
    },

    /* a click on a bar → the tab with that class's training photos */
    showClass(click) {
      return click && click.points && click.points.length ? String(click.points[0].customdata) : noUpdate();
    },
  });
})();
