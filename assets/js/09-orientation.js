/* How a PNG or WebP is turned. Browsers differ: Chromium turns a PNG by its EXIF data and not a WebP, others do neither
   or both, and none says so. The server turns both, so a photo that is turned is left to the server.

   Reads no store, writes no store. Gives florascope.isTurned to 10-photo. */
(function () {
  "use strict";

  const ORIENTATION_TAG = 0x0112; // CIPA DC-008; 1 is upright, 2 to 8 are turned or mirrored
  const OLD_EXIF = "Raw profile type exif"; // ImageMagick's way before PNG had a chunk for it; most often compressed

  const textAt = (bytes, at, length) => String.fromCharCode(...bytes.subarray(at, at + length));

  /* EXIF data (a small TIFF) → its orientation, 1 without one. */
  function orientationOf(exif) {
    const start = textAt(exif, 0, 4) === "Exif" ? 6 : 0;
    const view = new DataView(exif.buffer, exif.byteOffset + start, exif.byteLength - start);
    const little = view.getUint16(0) === 0x4949;
    const directory = view.getUint32(4, little);
    for (let entry = 0; entry < view.getUint16(directory, little); entry++) {
      const at = directory + 2 + 12 * entry;
      if (view.getUint16(at, little) === ORIENTATION_TAG) return view.getUint16(at + 8, little);
    }
    return 1;
  }

  /* The chunks of a PNG or WebP as [name, content]; none of other files. */
  function* chunksOf(bytes) {
    const view = new DataView(bytes.buffer);
    const isPng = bytes.length > 20 && view.getUint32(0) === 0x89504e47;
    const isWebp = bytes.length > 20 && textAt(bytes, 0, 4) === "RIFF" && textAt(bytes, 8, 4) === "WEBP";
    for (let at = isPng ? 8 : 12; (isPng || isWebp) && at + 8 <= bytes.length; ) {
      const length = isPng ? view.getUint32(at) : view.getUint32(at + 4, true);
      yield [textAt(bytes, isPng ? at + 4 : at, 4), bytes.subarray(at + 8, at + 8 + length)];
      at += 8 + length + (isPng ? 4 : length % 2); // a PNG's checksum, a WebP's padding
    }
  }

  /* Whether a file is a PNG or WebP that has to be turned to stand upright. */
  window.florascope.isTurned = async function (blob) {
    try {
      const bytes = new Uint8Array(await blob.arrayBuffer());
      for (const [name, content] of chunksOf(bytes)) {
        if (/^(eXIf|EXIF)$/.test(name)) {
          const orientation = orientationOf(content);
          return orientation >= 2 && orientation <= 8;
        }
        if (/^(tEXt|zTXt|iTXt)$/.test(name) && textAt(content, 0, OLD_EXIF.length) === OLD_EXIF) return true;
      }
    } catch {
      /* damaged EXIF data turns nothing, here as on the server */
    }
    return false;
  };
})();
