// Draws the charts of a page whose options stand in it; redraws them when the page changes its width or is printed.
(function () {
  "use strict";
  var place = document.getElementById("charts");
  if (!place) { return; }
  var specified = JSON.parse(place.textContent);
  var font = getComputedStyle(document.body).fontFamily;
  var dark = document.documentElement.getAttribute("data-bs-theme") === "dark";
  // Options are made for paper; at night what is dark in them would not be seen on a dark page.
  var night = { "#0b6e5f": "#3fb8a4", "#b5bdba": "#77827e", "#414a47": "#d3dad7", "#dfe4e1": "#3a4240", "#d6e9e5": "#1d4a42" };
  var drawn = [];
  function shaded(key, value) { return (dark && night[value]) || value; }
  Object.keys(specified).forEach(function (name) {
    var where = document.getElementById("chart-" + name);
    if (!where) { return; }
    var label = where.getAttribute("aria-label");
    var chart = echarts.init(where, dark ? "dark" : null, { renderer: "svg" });
    var option = JSON.parse(JSON.stringify(specified[name].option), shaded);
    chart.setOption(Object.assign({ textStyle: { fontFamily: font }, backgroundColor: "transparent" }, option));
    where.setAttribute("aria-label", label);
    drawn.push(chart);
  });
  function redraw() { drawn.forEach(function (chart) { chart.resize(); }); }
  ["resize", "beforeprint", "afterprint"].forEach(function (event) { window.addEventListener(event, redraw); });
})();
