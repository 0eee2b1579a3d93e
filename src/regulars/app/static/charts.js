// Draws the charts of a page whose options stand in it; redraws them when the page changes its width or is printed.
(function () {
  "use strict";
  var place = document.getElementById("charts");
  if (!place) { return; }
  var specified = JSON.parse(place.textContent);
  var font = getComputedStyle(document.body).fontFamily;
  var dark = document.documentElement.getAttribute("data-bs-theme") === "dark";
  var drawn = [];
  Object.keys(specified).forEach(function (name) {
    var where = document.getElementById("chart-" + name);
    if (!where) { return; }
    var label = where.getAttribute("aria-label");
    var chart = echarts.init(where, dark ? "dark" : null, { renderer: "svg" });
    chart.setOption(Object.assign({ textStyle: { fontFamily: font }, backgroundColor: "transparent" }, specified[name].option));
    where.setAttribute("aria-label", label);
    drawn.push(chart);
  });
  function redraw() { drawn.forEach(function (chart) { chart.resize(); }); }
  ["resize", "beforeprint", "afterprint"].forEach(function (event) { window.addEventListener(event, redraw); });
})();
