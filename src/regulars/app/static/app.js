// What pages do beyond links and forms. Nothing depends on it.
(function () {
  "use strict";
  var order = document.getElementById("order");
  if (order) { order.addEventListener("change", function () { order.form.requestSubmit(); }); }
  // On paper there is nothing to press: what is folded is unfolded for it, and folded again.
  var unfolded = [];
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details:not([open])").forEach(function (folded) {
      folded.open = true;
      unfolded.push(folded);
    });
  });
  window.addEventListener("afterprint", function () {
    unfolded.splice(0).forEach(function (each) { each.open = false; });
  });
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
