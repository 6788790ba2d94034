/* A visitor's photo, from the file to the store: chosen, dropped, pasted or tried; shrunk here before it is sent.

   Reads the store: photo (showPhoto).
   Writes: photo; answer, emptied with every new photo. Counts florascope.photosChosen.

   dcc.Upload is not used: it reads whole files as base64 before anyone can look at their size, rejects files silently,
   and does not notice the same file twice. One file input and three listeners do all of it. */
(function () {
  "use strict";

  const { callbacks, fill, focusWhenShown, isTurned, reveal, set, toJpeg } = window.florascope;

  const LONGEST_SIDE_PX = 1024; // far above what the network looks at, and some 150 kB as a JPEG
  const SHORTEST_SIDE_PX = 320; // a panorama keeps this height: the network looks at a square of it
  const CANVAS_SIDE_PX = 8192; // what every browser can draw
  const JPEG_QUALITY = 0.9;
  const MOST_BYTES = 200 * 1024 * 1024; // above this, decoding may take the tab's memory

  const MESSAGES = {
    alternative: "Your photo: {name}",
    empty: "{name} is empty. Choose another photo.",
    address:
      "That was the address of a picture, not the picture itself, and Florascope fetches nothing from other sites. " +
      "Save the picture to your device, or use “Copy image” in its menu, then drop or paste it here.",
    noPreview: "{name} (no preview: your browser cannot show it)",
    notLoaded: "This photo could not be loaded, because the server does not answer. Try again in a moment.",
    folder: "{name} is a folder. Open it and drop one of its photos here.",
    nothing: "Nothing that could be read came with that. Save the picture as a file first, then choose or drop it here.",
    notPicture: "{name} is not a picture. Choose a photo.",
    oneOfSeveral: "You chose {count} files. Florascope looks at one photo at a time, here at {name}.",
    tooLarge: "{name} is too large for a photo ({size}). Choose a smaller one.",
    text: "That was text, not a picture. Copy the picture itself, or choose its file.",
    tooLargeProtected:
      "Your browser protects you against fingerprinting, so {name} cannot be made smaller here, and at {size} it is too " +
      "large to send as it is (the limit is {limit}). Allow this page to read canvases, or make the photo smaller first.",
    tooLargeToSend:
      "Your browser cannot read {name}, and at {size} it is too large to send as it is (the limit is {limit}). " +
      "Save it as a JPEG and try again.",
    unreadable: "{name} could not be read. If it was moved or renamed, choose it again.",
  };
  const PASTED = "The pasted photo";
  const TRIED = "Photo to try";

  const zone = () => document.getElementById("drop-zone");
  // Before Dash has drawn the page, the server's shell shows the place for a photo; what is dropped there waits.
  const awaited = () => document.querySelector("#shell .drop-zone");
  const drawn = () => new Promise((resolve) => {
    const look = () => (!zone() && awaited() ? requestAnimationFrame(look) : resolve());
    look();
  });
  const megabytes = (bytes) => (bytes / 1024 / 1024).toFixed(bytes < 10485760 ? 1 : 0) + " MB";

  const input = document.createElement("input");
  input.type = "file";
  input.accept = "image/*"; // phones offer the camera
  input.multiple = true; // so that a second photo is noticed, and the visitor informed
  input.hidden = true;
  input.id = "photo-input";
  input.setAttribute("aria-label", "Your photo");
  document.body.appendChild(input);

  let latest = 0; // the newest choice wins, however long an older one takes to decode

  Object.assign(callbacks, {
    /* photo → [workbench class, preview, alt text, caption, button disabled] */
    showPhoto(photo) {
      const workbench = document.getElementById("workbench");
      const ready = !workbench || workbench.dataset.ready === "yes";
      if (!photo) return ["workbench", "", "", "", true];
      if (!photo.preview) return ["workbench has-photo no-preview", "", "", fill(MESSAGES.noPreview, photo), !ready];
      return ["workbench has-photo", photo.url, fill(MESSAGES.alternative, photo), photo.name, !ready];
    },
  });

  /* A picture → data URL of a JPEG, upright and no larger than needed; null where canvases do not say what is on them.
     Rejects what the browser cannot decode. */
  async function shrink(blob) {
    const bitmap = await createImageBitmap(blob, { imageOrientation: "from-image" });
    const longest = Math.max(bitmap.width, bitmap.height);
    const enough = Math.max(LONGEST_SIDE_PX / longest, SHORTEST_SIDE_PX / Math.min(bitmap.width, bitmap.height));
    const scale = Math.min(1, enough, CANVAS_SIDE_PX / longest);
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff"; // transparent pictures stand on white, as the classifier would put them
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return toJpeg(canvas, JPEG_QUALITY);
  }

  function asDataUrl(blob) {
    return new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => {
        const type = /^image\/\w+$/.test(blob.type) ? blob.type : "application/octet-stream";
        resolve(reader.result.replace(/^data:[^,]*,/, "data:" + type + ";base64,"));
      };
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(blob);
    });
  }

  /* Why a file cannot be a photo, as a sentence; "" when nothing speaks against it yet. */
  function objection(blob, name) {
    if (/^(text|audio|video)\//.test(blob.type)) return fill(MESSAGES.notPicture, { name });
    if (!blob.size) return fill(MESSAGES.empty, { name });
    if (blob.size > MOST_BYTES) return fill(MESSAGES.tooLarge, { name, size: megabytes(blob.size) });
    return "";
  }

  /* A file → {url, preview, shrunk}, or {refusal}: a sentence that says why it cannot be sent. */
  async function read(blob, name, workbench) {
    const limit = Number(workbench.dataset.maxBytes);
    const isSendable = blob.size <= limit;
    let preview = true;
    if (!isSendable || !(await isTurned(blob))) {
      try {
        const url = await shrink(blob);
        if (url) return { url, preview, shrunk: true };
      } catch {
        preview = false; // not decodable here: the server knows more formats, and can say what is wrong with the file
      }
    }
    if (!isSendable) {
      const sizes = { size: megabytes(blob.size), limit: megabytes(limit) };
      const message = preview ? MESSAGES.tooLargeProtected : MESSAGES.tooLargeToSend;
      return { refusal: fill(message, { name, ...sizes }) };
    }
    try {
      return { url: await asDataUrl(blob), preview, shrunk: false };
    } catch {
      return { refusal: fill(MESSAGES.unreadable, { name }) };
    }
  }

  function refuse(turn, sentence) {
    if (turn !== latest) return;
    set("photo", { data: null });
    set("photo-message", { children: sentence });
    reveal("photo-message");
  }

  /* What was said of the photo before. */
  function forget() {
    window.florascope.photosChosen = latest;
    set("answer", { data: null });
    set("photo-message", { children: "" });
    set("status", { children: "" });
  }

  async function use(blob, name, note, turn = ++latest) {
    if (turn !== latest) return;
    const workbench = document.getElementById("workbench");
    forget();
    set("photo-note", { children: note });
    if (note) reveal("photo-note");
    const sentence = objection(blob, name);
    if (sentence) return refuse(turn, sentence);
    const { refusal, ...content } = await read(blob, name, workbench);
    if (refusal) return refuse(turn, refusal);
    if (turn !== latest) return;
    set("photo", { data: { key: Date.now() + "-" + turn, name, ...content } });
    window.florascope.prepareCharts();
  }

  async function useFirst(files) {
    const photos = Array.from(files); // before any wait: the browser empties the list after the event
    await drawn();
    if (!photos.length || !zone()) return;
    const photo = photos.find((file) => file.type.startsWith("image/")) || photos[0];
    const note = photos.length > 1 ? fill(MESSAGES.oneOfSeveral, { count: photos.length, name: photo.name }) : "";
    use(photo, photo.name || PASTED, note);
  }

  async function useTry(url) {
    const turn = ++latest;
    try {
      const response = await fetch(url);
      if (!response.ok) throw new Error(String(response.status));
      await use(await response.blob(), TRIED, "", turn);
    } catch {
      refuse(turn, MESSAGES.notLoaded);
    }
  }

  function clear() {
    latest++;
    set("photo", { data: null });
    forget();
    set("photo-note", { children: "" });
    focusWhenShown("choose-button");
  }

  /* Small photos are shown larger: CSS knows their shape by this. */
  document.addEventListener(
    "load",
    (event) => {
      const image = event.target;
      if (!image.matches || !image.matches("#preview, .own__photo") || !image.naturalHeight) return;
      image.style.setProperty("--ratio", image.naturalWidth / image.naturalHeight);
    },
    true
  );

  input.addEventListener("change", () => {
    useFirst(input.files);
    input.value = ""; // the same file may be chosen twice
  });

  document.addEventListener("click", (event) => {
    const target = event.target.closest ? event.target : event.target.parentElement;
    if (target && target.closest("#shell .drop-zone")) input.click(); // its photo waits for the page
    if (!target || !zone()) return;
    const attempt = target.closest("[data-try]");
    if (attempt) return void useTry(attempt.dataset.try);
    if (target.closest("#clear-button")) return clear();
    if (!target.closest("#drop-zone, #again-button")) return;
    input.click();
    window.florascope.prepareCharts(); // while the visitor looks for a photo
  });

  const carries = (transfer, ...types) => types.some((type) => transfer && Array.from(transfer.types).includes(type));
  const carriesFiles = (event) => carries(event.dataTransfer, "Files");
  // Elsewhere on the site, and in a field, text and addresses stay the browser's own affair.
  const carriesWords = (event, transfer) =>
    (zone() || awaited()) &&
    !event.target.closest?.("input, textarea, [contenteditable]") &&
    carries(transfer, "text/uri-list", "text/html", "text/plain");

  /* Say what came in place of a photo; the photo that is there stays. */
  async function decline(sentence) {
    await drawn();
    set("photo-message", { children: sentence });
    reveal("photo-message");
  }

  /* Text, an address, or a part of a page → what to do instead. Nothing is fetched. */
  function declineWords(transfer) {
    const isAddress =
      carries(transfer, "text/uri-list") ||
      /<(img|picture|svg)\b/i.test(transfer.getData("text/html")) ||
      /^\s*(https?|file|data|blob):\S+\s*$/i.test(transfer.getData("text/plain"));
    decline(isAddress ? MESSAGES.address : MESSAGES.text);
  }

  /* The files that were dropped or pasted, without folders: browsers give those as files that cannot be read. */
  function useGiven(transfer) {
    const files = [];
    const folders = [];
    for (const item of Array.from(transfer.items).filter((given) => given.kind === "file")) {
      const entry = item.webkitGetAsEntry && item.webkitGetAsEntry();
      if (entry && entry.isDirectory) folders.push(entry.name);
      else if (item.getAsFile()) files.push(item.getAsFile());
    }
    if (files.length) return useFirst(files);
    decline(folders.length ? fill(MESSAGES.folder, { name: folders[0] }) : MESSAGES.nothing);
  }

  // The whole page takes the drop: a photo let go beside the zone would otherwise replace the page.
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event) && !carriesWords(event, event.dataTransfer)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = zone() || awaited() ? "copy" : "none";
    if (zone()) zone().classList.add("drop-zone--over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget && zone()) zone().classList.remove("drop-zone--over");
  });
  document.addEventListener("drop", (event) => {
    const hasFiles = carriesFiles(event);
    if (!hasFiles && !carriesWords(event, event.dataTransfer)) return;
    event.preventDefault();
    if (zone()) zone().classList.remove("drop-zone--over");
    if (!zone() && !awaited()) return;
    if (hasFiles) useGiven(event.dataTransfer);
    else declineWords(event.dataTransfer);
  });
  document.addEventListener("paste", (event) => {
    const given = event.clipboardData;
    if (!(zone() || awaited()) || !given) return;
    if (!given.files.length && !carriesWords(event, given)) return;
    event.preventDefault();
    if (given.files.length) useGiven(given);
    else declineWords(given);
  });
})();
