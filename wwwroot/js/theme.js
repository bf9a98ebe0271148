// Runs before the first paint, from the head: a remembered choice wins, else the system's (css/tokens.css) stands.
(() => {
  const key = "portal.theme";
  const apply = () => {
    const choice = localStorage.getItem(key);
    if (choice === "light" || choice === "dark") document.documentElement.dataset.theme = choice;
    else delete document.documentElement.dataset.theme;
  };
  window.portalTheme = {
    choice: () => localStorage.getItem(key) ?? "system",
    choose: (theme) => {
      if (theme === "system") localStorage.removeItem(key);
      else localStorage.setItem(key, theme);
      apply();
    },
  };
  // In the browser alone, so that it answers at once and without a circuit too.
  document.addEventListener("click", (click) => {
    const chosen = click.target.closest?.("[data-theme-choice]");
    if (chosen) window.portalTheme.choose(chosen.dataset.themeChoice);
  });
  addEventListener("storage", (change) => { if (change.key === key || change.key === null) apply(); });
  // An enhanced navigation copies the server's <html> attributes over ours.
  addEventListener("DOMContentLoaded", () => window.Blazor?.addEventListener?.("enhancedload", apply));
  apply();
})();
