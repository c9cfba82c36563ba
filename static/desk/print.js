// Brings the print button to life; the page also prints from the browser's own menu.
const button = /** @type {HTMLElement | null} */ (document.querySelector("[data-print]"));
const byHand = /** @type {HTMLElement} */ (document.querySelector(".by-hand"));
if (button) {
  button.hidden = false;
  byHand.hidden = true;
  button.addEventListener("click", async () => {
    await document.fonts.ready; // a sheet printed in another face would not fit its lines
    window.print();
  });
}
