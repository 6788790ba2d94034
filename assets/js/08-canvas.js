/* Canvases that say the truth, and those that do not. Browsers that protect against fingerprinting (Firefox with
   resistFingerprinting, LibreWolf, Tor, Brave's strict mode) and some extensions give white or noise to whoever reads a
   canvas, without an error: a photo that was shrunk on one would no longer show its flower.

   Reads no store, writes no store. Gives florascope.toJpeg to 10-photo and 30-closer-look. */
(function () {
  "use strict";

  const PATTERN_PX = 32;
  const STEP = 8; // between neighbouring pixels of the pattern: smooth, as JPEG likes it
  // Of 255. At any pixel of the pattern, JPEG and Brave's usual changes stay below 10; white is 100 off on average.
  const MOST_OFF_PATTERN = 24;
  // On average over a photo. JPEG at 90 % stays below 6, also on leaves; noise that hides a picture is far above.
  const MOST_OFF_PHOTO = 12;

  function makeCanvas(width, height) {
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    return canvas;
  }

  function load(url) {
    const picture = new Image();
    picture.src = url;
    return picture.decode().then(() => picture);
  }

  const patternAt = (x, y) => [x * STEP, y * STEP, 255 - ((x + y) * STEP) / 2];

  function drawPattern() {
    const canvas = makeCanvas(PATTERN_PX, PATTERN_PX);
    const context = canvas.getContext("2d");
    for (let y = 0; y < PATTERN_PX; y++) {
      for (let x = 0; x < PATTERN_PX; x++) {
        context.fillStyle = "rgb(" + patternAt(x, y).join(",") + ")";
        context.fillRect(x, y, 1, 1);
      }
    }
    return canvas;
  }

  /* Single pixels of a picture, not averages: averaging would take noise away. */
  function sample(picture) {
    const canvas = makeCanvas(PATTERN_PX, PATTERN_PX);
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(picture, 0, 0, PATTERN_PX, PATTERN_PX);
    return context.getImageData(0, 0, PATTERN_PX, PATTERN_PX).data;
  }

  /* How far the pattern is from what was drawn, at the worst pixel. */
  function offPattern(pixels) {
    let most = 0;
    for (let at = 0; at < pixels.length; at += 4) {
      const pixel = at / 4;
      const drawn = patternAt(pixel % PATTERN_PX, Math.floor(pixel / PATTERN_PX));
      drawn.forEach((value, channel) => (most = Math.max(most, Math.abs(value - pixels[at + channel]))));
    }
    return most;
  }

  /* Whether a pattern comes back as it was drawn, both as pixels and as a JPEG. */
  async function testPattern() {
    try {
      const canvas = drawPattern();
      if (offPattern(sample(canvas)) > MOST_OFF_PATTERN) return false;
      return offPattern(sample(await load(canvas.toDataURL("image/jpeg", 0.9)))) <= MOST_OFF_PATTERN;
    } catch {
      return false;
    }
  }

  let tested = null; // once a page: the protection of a browser does not change while it is open

  /* Whether a JPEG shows what is on the canvas: some protections, and canvases too large, spoil only large ones. */
  async function shows(url, canvas) {
    const [there, here] = [sample(await load(url)), sample(canvas)];
    const off = there.reduce((sum, value, at) => sum + Math.abs(value - here[at]), 0);
    return (off * 4) / (there.length * 3) <= MOST_OFF_PHOTO; // the fourth channel, alpha, is 255 in both
  }

  /* A canvas → data URL of a JPEG, or null where this browser does not say what is on it. */
  window.florascope.toJpeg = async function (canvas, quality) {
    tested = tested || testPattern();
    if (!(await tested)) return null;
    try {
      const url = canvas.toDataURL("image/jpeg", quality);
      return (await shows(url, canvas)) ? url : null;
    } catch {
      return null;
    }
  };
})();
