// Draws the charts whose options stand in the page; redraws them when the page changes its width or is printed.
(function () {
  "use strict";
  var specified = JSON.parse(document.getElementById("charts").textContent);
  var font = getComputedStyle(document.body).fontFamily;
  var drawn = Object.keys(specified).map(function (name) {
    var place = document.getElementById("chart-" + name);
    var label = place.getAttribute("aria-label");
    var chart = echarts.init(place, null, { renderer: "svg" });
    chart.setOption(Object.assign({ textStyle: { fontFamily: font } }, specified[name].option));
    // The library writes its own label over the page's.
    place.setAttribute("aria-label", label);
    return chart;
  });
  function redraw() {
    drawn.forEach(function (chart) { chart.resize(); });
  }
  window.addEventListener("resize", redraw);
  window.addEventListener("beforeprint", redraw);
  window.addEventListener("afterprint", redraw);
})();
