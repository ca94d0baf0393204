// A choice is sent as soon as it is made; without this script there is a button for it.
document.documentElement.classList.add("with-script");
for (const choice of document.querySelectorAll(".mapping select")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
