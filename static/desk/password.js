/** Shows a password that is being typed, on wish. Without this module the field stays hidden. */

for (const label of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-shows]"))) {
  const field = document.getElementById(label.dataset.shows ?? "");
  const box = label.querySelector("input");
  if (!(field instanceof HTMLInputElement) || !box) continue;
  label.hidden = false;
  box.addEventListener("change", () => {
    field.type = box.checked ? "text" : "password";
  });
  // Else the browser would keep the password as a text it may offer in other forms.
  field.form?.addEventListener("submit", () => {
    field.type = "password";
  });
}
