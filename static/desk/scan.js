// Codes read by the camera, typed into the field that a form names: one is sent at once, in a field
// of many lines each photo adds its own.
// @ts-check
import { offer } from "../pwa/scan.js";

for (const place of document.querySelectorAll("[data-scan-into]")) {
  const field = document.getElementById(place.getAttribute("data-scan-into") ?? "");
  if (!(place instanceof HTMLElement)) continue;
  offer(place, (found) => {
    if (field instanceof HTMLTextAreaElement) {
      field.value = [field.value.trimEnd(), ...found].filter(Boolean).join("\n");
    } else if (field instanceof HTMLInputElement) {
      field.value = found[0];
      field.form?.requestSubmit();
    }
  });
}
