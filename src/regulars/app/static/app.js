// What pages do beyond links and forms. Nothing depends on it.
(function () {
  "use strict";
  var order = document.getElementById("order");
  if (order) { order.addEventListener("change", function () { order.form.requestSubmit(); }); }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    if (!button) { return; }
    var text = document.getElementById(button.dataset.copy);
    text.select();
    if (!navigator.clipboard) { return; }
    navigator.clipboard.writeText(text.value).then(function () {
      button.textContent = button.dataset.copied;
      button.setAttribute("role", "status");
    });
  });
})();
