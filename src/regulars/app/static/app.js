// What pages do beyond links and forms. Nothing depends on it.
(function () {
  "use strict";
  var order = document.getElementById("order");
  if (order) { order.addEventListener("change", function () { order.form.requestSubmit(); }); }
})();
