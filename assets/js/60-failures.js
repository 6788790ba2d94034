/* A sentence for every request that fails. Dash shows nothing when a callback's request fails, and leaves buttons
   loading. So window.fetch is wrapped for Dash's requests: the visitor reads what happened, and Dash gets an empty
   response ("no update"), which ends the loading.

   Reads no store; a request that asks for the store fresh-answer is about the photo. Writes no store, but the elements
   photo-message (requests about the photo) and notice (all others). */
(function () {
  "use strict";

  const { reveal, set } = window.florascope;
  const MESSAGES = {
    noServer: "The server does not answer. Check your connection and try again.",
    serverError: "Something went wrong on the server. Try again; if it happens again, reload the page.",
  };

  const realFetch = window.fetch;

  window.fetch = async function (resource, options) {
    const url = String(resource && resource.url ? resource.url : resource);
    if (!url.includes("_dash-update-component")) return realFetch.call(window, resource, options);
    let sentence = MESSAGES.noServer;
    const chosen = window.florascope.photosChosen;
    try {
      const response = await realFetch.call(window, resource, options);
      if (response.ok) {
        say("notice", "");
        return response;
      }
      sentence = (await ownSentence(response)) || MESSAGES.serverError;
    } catch {
      /* no network, or nobody there */
    }
    const aboutPhoto = String((options && options.body) || "").includes('"fresh-answer.data"');
    const outdated = aboutPhoto && chosen !== window.florascope.photosChosen;
    if (!outdated) say(aboutPhoto ? "photo-message" : "notice", sentence);
    return new Response(null, { status: 204 });
  };

  /* What the server itself says in plain text, of a request that it refused. */
  async function ownSentence(response) {
    const isText = (response.headers.get("Content-Type") || "").startsWith("text/plain");
    return isText && response.status !== 500 ? response.text() : "";
  }

  function say(id, sentence) {
    const element = document.getElementById(id);
    if (element && element.textContent !== sentence) set(id, { children: sentence });
    if (element && sentence) reveal(id);
  }
})();
