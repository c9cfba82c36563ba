// Brings the print button to life; the page also prints from the browser's own menu.
const button = document.querySelector("[data-print]");
button.hidden = false;
document.querySelector(".by-hand").hidden = true;
button.addEventListener("click", async () => {
  await document.fonts.ready; // a sheet printed in another face would not fit its lines
  window.print();
});
