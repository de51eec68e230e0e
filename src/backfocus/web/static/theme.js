// Light or dark: as the device says, or as chosen here.

const KEPT = "theme";

function now() {
  return localStorage.getItem(KEPT) ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
}

if (localStorage.getItem(KEPT)) document.documentElement.dataset.theme = now();
document.getElementById("theme")?.addEventListener("click", () => {
  localStorage.setItem(KEPT, now() === "light" ? "dark" : "light");
  document.documentElement.dataset.theme = now();
});
