/* A closer look at an answer: the visitor's photo with what the model saw, another part of it, nine looks at it.

   Reads the stores: photo, answer, part, part-answer, stability-answer, shown-view.
   Writes: part (askPart), answer (keepPart), stability-request (askStability).

   The photo is shown from the store, never sent back by the server. The server is asked again only about a part and for
   the nine looks, and then gets the picture again: it keeps none. */
(function () {
  "use strict";

  const { callbacks, noUpdate, set, toJpeg } = window.florascope;

  const JPEG_QUALITY = 0.92;
  const LEAST_SIDE_PX = 16; // the server refuses smaller pictures
  const SAME_PART = "The answer is about this part already. Move the frame or make it smaller first.";

  let turns = 0; // parts asked about so far
  let latest = { url: null, picture: null };

  /* The photo as a decoded picture; the last one is kept. */
  async function pictureOf(url) {
    if (latest.url !== url) {
      const picture = new Image();
      picture.src = url;
      latest = { url: url, picture: picture };
    }
    await latest.picture.decode();
    return latest.picture;
  }

  /* A part of the photo (web/answer/stage.py, PartView) → left, top, width, height from 0 to 1. */
  function boxOf(view, width, height) {
    const side = (Math.min(width, height) * view.size) / 100;
    return {
      left: ((1 - side / width) * view.x) / 100,
      top: ((1 - side / height) * view.y) / 100,
      width: side / width,
      height: side / height,
    };
  }

  async function styleOf(view, photo) {
    const picture = await pictureOf(photo.url);
    const box = boxOf(view, picture.naturalWidth, picture.naturalHeight);
    const style = {};
    for (const edge in box) style[edge] = 100 * box[edge] + "%";
    return style;
  }

  const visible = (photo) => photo && photo.preview && photo.url;

  /* The part of a photo in view, cut out → data URL of a JPEG; null where canvases do not say what is on them. */
  async function cut(view, photo) {
    const picture = await pictureOf(photo.url);
    const box = boxOf(view, picture.naturalWidth, picture.naturalHeight);
    const side = Math.max(2, Math.round(box.width * picture.naturalWidth));
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = Math.max(LEAST_SIDE_PX, side);
    canvas
      .getContext("2d")
      .drawImage(
        picture, box.left * picture.naturalWidth, box.top * picture.naturalHeight, side, side,
        0, 0, canvas.width, canvas.height
      );
    return toJpeg(canvas, JPEG_QUALITY);
  }

  Object.assign(callbacks, {
    /* view, photo → the photo in every stage, and what the model saw of it framed */
    async showOwnPhoto(view, photo) {
      const [photos, frames] = window.dash_clientside.callback_context.outputs_list;
      if (!visible(photo) || !view) return [photos.map(noUpdate), frames.map(noUpdate)];
      const style = await styleOf(view, photo);
      return [photos.map(() => photo.url), frames.map(() => style)];
    },

    /* size, left, top in per cent → the frame's place on the photo */
    async placeFrame(size, x, y, photo) {
      return visible(photo) ? styleOf({ size: size, x: x, y: y }, photo) : noUpdate();
    },

    /* a click, the frame → the part in it, cut out, to be asked about */
    async askPart(clicks, size, x, y, photo, seen) {
      if (!clicks || !visible(photo)) return noUpdate();
      const view = { size: size, x: x, y: y };
      if (seen && seen.size === size && seen.x === x && seen.y === y) {
        set("notice", { children: SAME_PART });
        return noUpdate();
      }
      const url = await cut(view, photo);
      turns += 1;
      // Without a cut, the server cuts the part out of the whole photo.
      return { key: photo.key, turn: turns, url: url || photo.url, view: view, uncut: !url };
    },

    /* the answer to a part → the answer on the screen */
    keepPart(answer) {
      return answer || noUpdate();
    },

    /* a click → the picture to look at in nine ways: the part that the answer is about, else the whole photo */
    askStability(clicks, photo, part, answer) {
      if (!clicks || !photo || !answer) return noUpdate();
      const turn = answer.turn || 0;
      const asked = turn && part && part.turn === turn ? part : { url: photo.url };
      return { ...asked, key: photo.key, turn: turn };
    },

    /* nine looks, answer → the strip; looks at another photo or part are not shown */
    showStability(found, answer) {
      const fits = found && answer && found.key === answer.key && found.turn === (answer.turn || 0);
      // A button that is disabled while it loads loses the focus, and keyboard users would start at the top again.
      const button = document.getElementById("stability-button");
      if (fits && button && document.activeElement === document.body) {
        setTimeout(() => button.focus({ preventScroll: true }), 100);
      }
      return fits ? found.content : null;
    },
  });

  document.addEventListener("click", (event) => {
    const target = event.target.closest ? event.target : event.target.parentElement;
    if (!target) return;
    if (target.closest("#whole-button")) document.getElementById("classify-button").click();
    if (target.closest("#frame-button")) {
      const panel = document.getElementById("crop-frame").closest("details");
      panel.open = true;
      panel.querySelector("summary").focus({ preventScroll: true });
      panel.scrollIntoView(); // smoothly or not, as the style sheet says
    }
  });

  /* The frame follows the finger or the mouse, its corner makes it smaller; sliders do the same for keys. */
  let held = null;

  document.addEventListener("pointerdown", (event) => {
    const frame = event.target.closest && event.target.closest("#crop-frame");
    if (!frame || event.button) return;
    const stage = frame.parentElement.getBoundingClientRect();
    const box = frame.getBoundingClientRect();
    held = {
      corner: Boolean(event.target.closest(".own__corner")),
      dx: event.clientX - (box.left - stage.left),
      dy: event.clientY - (box.top - stage.top),
      left: box.left - stage.left,
      top: box.top - stage.top,
      side: box.width,
      width: stage.width,
      height: stage.height,
    };
    frame.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  document.addEventListener("pointermove", (event) => {
    if (!held) return;
    const { width, height } = held;
    let { left, top, side } = held;
    if (held.corner) {
      const pulled = Math.max(event.clientX - held.dx - held.left, event.clientY - held.dy - held.top);
      const least = Number(document.querySelector("#crop-size [role=slider]").getAttribute("aria-valuemin"));
      const short = Math.min(width, height);
      side = Math.min(width - left, height - top, Math.max((short * least) / 100, side + pulled));
      set("crop-size", { value: Math.round((100 * side) / short) });
    } else {
      left = event.clientX - held.dx;
      top = event.clientY - held.dy;
    }
    const share = (offset, room) => (room > 1 ? Math.round(100 * Math.min(1, Math.max(0, offset / room))) : 50);
    set("crop-x", { value: share(left, width - side) });
    set("crop-y", { value: share(top, height - side) });
  });
  for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, () => (held = null));
})();
