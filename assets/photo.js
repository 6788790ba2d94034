/* A visitor's photo, from the file to the store "photo": chosen, dropped, pasted or tried; shrunk here before it is sent.

   dcc.Upload is not used: it reads whole files as base64 before anyone can look at their size, rejects files silently,
   and does not notice the same file twice. One file input and three listeners do all of it. */
(function () {
  "use strict";

  const LONGEST_SIDE_PX = 1024; // far above what the network looks at, and some 150 kB as a JPEG
  const SHORTEST_SIDE_PX = 320; // a panorama keeps this height: the network looks at a square of it
  const CANVAS_SIDE_PX = 8192; // what every browser can draw
  const JPEG_QUALITY = 0.9;
  const MOST_BYTES = 200 * 1024 * 1024; // above this, decoding may take the tab's memory

  const set = (id, props) => window.dash_clientside.set_props(id, props);
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
  input.multiple = true; // so that a second photo is noticed, and its visitor told
  input.hidden = true;
  input.id = "photo-input";
  input.setAttribute("aria-label", "Your photo");
  document.body.appendChild(input);

  let latest = 0; // the newest choice wins, however long an older one takes to decode

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
    return canvas.toDataURL("image/jpeg", JPEG_QUALITY);
  }

  function asDataUrl(blob) {
    return new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result.replace(/^data:[^,]*,/, "data:application/octet-stream;base64,"));
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(blob);
    });
  }

  function refuse(turn, sentence) {
    if (turn !== latest) return;
    set("photo", { data: null });
    set("photo-message", { children: sentence });
    window.dash_clientside.florascope.reveal("photo-message");
  }

  /* What was said of the photo before. */
  function forget() {
    window.dash_clientside.florascope.choices = latest;
    set("answer", { data: null });
    set("photo-message", { children: "" });
    set("status", { children: "" });
  }

  async function use(blob, name, note, turn = ++latest) {
    if (turn !== latest) return;
    const workbench = document.getElementById("workbench");
    forget();
    set("photo-note", { children: note || "" });
    if (note) window.dash_clientside.florascope.reveal("photo-note");
    if (/^(text|audio|video)\//.test(blob.type)) return refuse(turn, name + " is no picture. Choose a photo.");
    if (!blob.size) return refuse(turn, name + " is empty. Choose another photo.");
    if (blob.size > MOST_BYTES) {
      return refuse(turn, name + " has " + megabytes(blob.size) + ", too much for a photo. Choose a smaller one.");
    }
    let url;
    let preview = true;
    try {
      url = await shrink(blob);
    } catch {
      // Not decodable here: the server knows more formats, and can say what is wrong with the file.
      const limit = Number(workbench.dataset.maxBytes);
      if (blob.size > limit) {
        return refuse(
          turn,
          "Your browser cannot read " + name + ", and with " + megabytes(blob.size) + " it is too large to send as it is " +
            "(up to " + megabytes(limit) + "). Save it as a JPEG and try again."
        );
      }
      preview = false;
      try {
        url = await asDataUrl(blob);
      } catch {
        return refuse(turn, name + " cannot be read. Is it still where it was? Choose it again.");
      }
    }
    if (turn !== latest) return;
    set("photo", { data: { key: Date.now() + "-" + turn, name: name, url: url, preview: preview } });
    prefetchCharts();
  }

  async function useFirst(files) {
    const photos = Array.from(files); // before any wait: the browser empties the list after the event
    await drawn();
    if (!photos.length || !zone()) return;
    const photo = photos.find((file) => file.type.startsWith("image/")) || photos[0];
    const note =
      photos.length > 1
        ? "You gave " + photos.length + " files. Florascope looks at one at a time, here at " + photo.name + "."
        : "";
    use(photo, photo.name || "The pasted photo", note);
  }

  async function useTry(url) {
    const turn = ++latest;
    try {
      const response = await fetch(url);
      if (!response.ok) throw new Error(String(response.status));
      await use(await response.blob(), "Photo to try", "", turn);
    } catch {
      refuse(turn, "This photo cannot be had just now: the server does not answer. Try again in a moment.");
    }
  }

  /* The bars need plotly.js (1.3 MB): fetch it while the visitor looks at the preview. */
  function prefetchCharts() {
    const url = window._dashPlotlyJSURL; // set by Dash's renderer
    if (!url || window.Plotly || document.querySelector("link[data-charts]")) return;
    const link = document.createElement("link");
    link.rel = "prefetch";
    link.as = "script";
    link.href = url;
    link.dataset.charts = "";
    document.head.appendChild(link);
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
    if (target.closest("#clear-button")) {
      latest++;
      set("photo", { data: null });
      forget();
      set("photo-note", { children: "" });
      focusWhenShown("choose-button");
      return;
    }
    if (target.closest("#drop-zone, #again-button")) input.click();
  });

  function focusWhenShown(id, tries = 60) {
    const element = document.getElementById(id);
    if (element && element.offsetParent) element.focus();
    else if (tries) requestAnimationFrame(() => focusWhenShown(id, tries - 1));
  }

  const carriesFiles = (event) => event.dataTransfer && Array.from(event.dataTransfer.types).includes("Files");

  // The whole page takes the drop: a photo let go beside the zone would otherwise replace the page.
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = zone() || awaited() ? "copy" : "none";
    if (zone()) zone().classList.add("drop-zone--over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget && zone()) zone().classList.remove("drop-zone--over");
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    if (zone()) zone().classList.remove("drop-zone--over");
    useFirst(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    if (!(zone() || awaited()) || !event.clipboardData || !event.clipboardData.files.length) return;
    event.preventDefault();
    useFirst(event.clipboardData.files);
  });
})();
