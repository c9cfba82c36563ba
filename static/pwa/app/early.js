// Before anything else is here: whoever has not joined sees the screen of joining, so it is fetched
// beside what it is drawn with. A guess: main.js knows.
// @ts-check

if (!localStorage.getItem("joined")) import("./screens/join.js").catch(() => {});

export {};
