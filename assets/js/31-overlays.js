/* Overlays on the visitor's photo: where the evidence for a class lies, and what speaks for one class and not another.
   The server sends a few hundred numbers (web/answer/overlays.py); here they become pictures. The canvas is only drawn
   on, never read, so browsers that guard it against fingerprinting show the same as others.

   Reads the store: overlay-maps. Writes no store. */
(function () {
  "use strict";

  const { callbacks, whenDrawn } = window.florascope;

  const SIDE_PX = 128; // a map has some ten places a side; CSS stretches the canvas over the square that the model saw
  const STRENGTHS = 255; // shades of a colour
  const MOST_OPAQUE = 200; // of 255: the photo stays visible
  // Evidence is painted from amber to red, evidence against in blue (colours that colour-blind people tell apart).
  const FOR = shadesOf([[255, 200, 60], [240, 90, 30], [180, 10, 40]]);
  const AGAINST = shadesOf([[120, 180, 230], [50, 110, 200], [20, 50, 150]]);

  /* Colours to pass through → [red, green, blue, opacity] of each strength. */
  function shadesOf(stops) {
    return Array.from({ length: STRENGTHS + 1 }, (_, strength) => {
      const at = (strength / STRENGTHS) * (stops.length - 1);
      const stop = Math.min(Math.floor(at), stops.length - 2);
      const colour = stops[stop].map((channel, i) => channel + (at - stop) * (stops[stop + 1][i] - channel));
      return [...colour, (MOST_OPAQUE * strength) / STRENGTHS];
    });
  }

  /* Keys' cubic, a = -0.5: the weight of a value at this distance. */
  function weightAt(distance) {
    if (distance < 1) return 1.5 * distance ** 3 - 2.5 * distance ** 2 + 1;
    return distance < 2 ? -0.5 * distance ** 3 + 2.5 * distance ** 2 - 4 * distance + 2 : 0;
  }

  /* For each pixel along a line of `count` values: the values around it, as [index, weight]; the weights sum to 1. */
  function mixturesOf(count) {
    return Array.from({ length: SIDE_PX }, (_, pixel) => {
      const at = ((pixel + 0.5) * count) / SIDE_PX - 0.5;
      const around = [-1, 0, 1, 2].map((step) => Math.floor(at) + step).filter((index) => index >= 0 && index < count);
      const weights = around.map((index) => weightAt(Math.abs(at - index)));
      const sum = weights.reduce((one, other) => one + other);
      return around.map((index, i) => [index, weights[i] / sum]);
    });
  }

  /* Rows of numbers → SIDE_PX rows of SIDE_PX numbers: bicubic, smooth and through the old ones. */
  function enlarge(map) {
    const across = mixturesOf(map[0].length);
    const mix = (mixture, values) => mixture.reduce((sum, [index, weight]) => sum + weight * values[index], 0);
    const wide = map.map((row) => across.map((mixture) => mix(mixture, row)));
    const columns = across.map((_, x) => wide.map((row) => row[x]));
    return mixturesOf(map.length).map((mixture) => columns.map((column) => mix(mixture, column)));
  }

  /* Paint a map on a canvas, transparent where there is no evidence; evidence against, which is below 0, if `both`. */
  function paint(canvas, map, both) {
    canvas.width = canvas.height = SIDE_PX; // clears it, too
    const strongest = Math.max(...map.flat().map((value) => (both ? Math.abs(value) : value)));
    if (!(strongest > 0)) return;
    const context = canvas.getContext("2d");
    const picture = context.createImageData(SIDE_PX, SIDE_PX);
    enlarge(map).flat().forEach((value, pixel) => {
      if (value < 0 && !both) return;
      const strength = Math.round(STRENGTHS * Math.min(1, Math.abs(value) / strongest));
      picture.data.set((value < 0 ? AGAINST : FOR)[strength], 4 * pixel);
    });
    context.putImageData(picture, 0, 0);
  }

  const subtract = (one, other) => one.map((row, y) => row.map((value, x) => value - other[y][x]));

  /* Not before the next frame: until then the canvas of an earlier answer may still be there. */
  function paintWhenDrawn(id, map, both) {
    if (map) requestAnimationFrame(() => whenDrawn(id, (canvas) => paint(canvas, map, both)));
  }

  Object.assign(callbacks, {
    /* class, switch, opacity, maps → the style of the evidence for the class, which is painted */
    showHeat(chosen, on, opacity, overlays) {
      paintWhenDrawn("heat-overlay", overlays && overlays.maps[chosen], false);
      return { opacity: on ? opacity / 100 : 0 };
    },

    /* class, maps → whether there is nothing to see; what speaks for the best class and what for this one is painted */
    showContrast(chosen, overlays) {
      const { best, maps } = overlays || { maps: {} };
      const map = maps[best] && maps[chosen] && subtract(maps[best], maps[chosen]);
      paintWhenDrawn("contrast-overlay", map, true);
      return !map;
    },
  });
})();
