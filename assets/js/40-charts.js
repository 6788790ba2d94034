/* Charts that come late: plotly.js weighs 1.3 MB.

   Reads no store. Writes: model-near, charts-near (comesNear; true once the page's first chart is near the screen). */
(function () {
  "use strict";

  const { callbacks, set, whenDrawn } = window.florascope;

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

  /* Fetch and start plotly.js, and draw a first chart, before the bars of an answer need it: it takes a second. Dash does
     all of that for any chart, so that a small one is drawn where nobody sees it. */
  let begun = false;
  window.florascope.prepareCharts = () => {
    if (begun || !document.getElementById("charts-ahead")) return;
    begun = true;
    const figure = { data: [{ type: "bar", x: [1], y: [1] }], layout: { width: 99, height: 99 } };
    const props = { figure: figure, config: { staticPlot: true }, responsive: false };
    set("charts-ahead", { children: { namespace: "dash_core_components", type: "Graph", props: props } });
  };
})();
