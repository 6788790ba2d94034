/* What the other scripts share, as window.florascope, and how the stores work together.

   Reads no store, writes no store. Dash runs the files of this folder in the order of their names.

   Stores that outlive a page (web/frame/frame.py; in the memory of this tab, gone when it closes)
     photo              {key, name, url, preview, shrunk} or null
                        Set by 10-photo: a photo was chosen; null when it is cleared or refused. Set once more by
                        keepAnswer, under the same key, when the server sends a small upright copy.
                        key: names the choice, and every answer carries it. url: a data URL, what is sent to the server.
                        preview: whether the browser can show it. shrunk: false where url holds the file as it is,
                        because the browser could not read it, or would not read it right (08-canvas, 09-orientation).
     answer             {key, content, turn} or null: the answer on the screen
                        Set by keepAnswer and keepPart; null as soon as another photo is chosen or this one is cleared.
                        turn: which part of the photo it is about, counted from 1; none or 0 for the whole photo.

   Stores of the page Classify, empty whenever it is drawn
     fresh-answer       {key, message, words, content, shown}: what the server says of the whole photo
                        Set by the server after a click on Classify. content: null removes the answer on the screen,
                        none at all leaves it there. shown: a small upright copy of a photo that was sent as it is.
     part               {key, turn, url, view, uncut}: a part of the photo to ask about; uncut: url holds the whole
                        photo, and the server cuts the part out. Set by askPart.
     part-answer        {key, turn, content}: the answer to it. Set by the server.
     stability-request  {key, turn, url, view, uncut}: what to look at in nine ways. Set by askStability.
     stability-answer   {key, turn, content}: what came of it. Set by the server.

   Stores that come inside an answer: shown-view (the part that it is about), overlay-maps (where the evidence for each
   class lies; web/answer/overlays.py says in which form). Set by the server.

   The way of an answer:  photo → Classify → fresh-answer → keepAnswer → answer → showAnswer → #result
   and of a part's:       part → part-answer → keepPart → answer → showAnswer → #result
   The server sets fresh-answer and not answer, because Dash calls a callback whenever the page is drawn if one of its
   outputs lies outside of that page. What carries another key or turn than what is on the screen is dropped.

   Elements for words to the visitor
     photo-message      what is wrong with the photo, or with what came in its place: 10-photo, keepAnswer, 60-failures
     photo-note         which of several files was taken: 10-photo
     status             the answer, read out by screen readers: keepAnswer, the server; emptied by 10-photo
     notice             all other failures: 60-failures, askPart, the server */
(function () {
  "use strict";

  const florascope = {
    callbacks: {}, // by the name that ClientsideFunction("florascope", name) gives in Python
    photosChosen: 0, // counted by 10-photo; tells 60-failures whether a failure is still about the photo shown
    fill,
    focusWhenShown,
    noUpdate: () => window.dash_clientside.no_update,
    reveal,
    scrollBehavior,
    set: (id, props) => window.dash_clientside.set_props(id, props),
    whenDrawn,
  };
  window.florascope = florascope;
  window.dash_clientside = Object.assign({}, window.dash_clientside, { florascope: florascope.callbacks });

  /* A message with its holes filled: "{name} is empty." and {name: "a.jpg"} → "a.jpg is empty." */
  function fill(message, values) {
    return message.replace(/\{(\w+)\}/g, (_, hole) => values[hole]);
  }

  function scrollBehavior() {
    return window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  }

  /* Act on an element once it is there. `before` is what stood there until now, and is about to be replaced. */
  function whenDrawn(id, act, before = null, tries = 60) {
    const element = document.getElementById(id);
    if (element && (element !== before || !tries)) act(element);
    else if (tries) requestAnimationFrame(() => whenDrawn(id, act, before, tries - 1));
  }

  function focusWhenShown(id, tries = 60) {
    const element = document.getElementById(id);
    if (element && element.offsetParent) element.focus();
    else if (tries) requestAnimationFrame(() => focusWhenShown(id, tries - 1));
  }

  /* Bring what was just said onto the screen, once it is drawn. */
  function reveal(id) {
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        const element = document.getElementById(id);
        if (element) element.scrollIntoView({ behavior: scrollBehavior(), block: "nearest" });
      })
    );
  }
})();
