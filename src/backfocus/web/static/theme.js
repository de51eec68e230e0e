// Light or dark: as the device says, or as chosen here.

const KEPT = "theme";

function now() {
  return localStorage.getItem(KEPT) ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
}

export const theme = {
  toggle() {
    localStorage.setItem(KEPT, now() === "light" ? "dark" : "light");
    document.documentElement.dataset.theme = now();
  },
};

if (localStorage.getItem(KEPT)) document.documentElement.dataset.theme = now();
