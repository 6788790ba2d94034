/* Charts that come late: plotly.js weighs 1.3 MB.

   Reads no store. Writes: model-near, charts-near (comesNear; true once the page's first chart is near the screen). */
(function () {
  "use strict";

  const { callbacks, whenDrawn } = window.florascope;

  Object.assign(callbacks, {
    /* the id of a chart → true as soon as it comes near the screen */
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
  });

  /* Fetch plotly.js for the bars of an answer while the visitor looks at the preview. */
  window.florascope.prefetchCharts = () => {
    const url = window._dashPlotlyJSURL; // set by Dash's renderer
    if (!url || window.Plotly || document.querySelector("link[data-charts]")) return;
    const link = document.createElement("link");
    link.rel = "prefetch";
    link.as = "script";
    link.href = url;
    link.dataset.charts = "";
    document.head.appendChild(link);
  };
})();
