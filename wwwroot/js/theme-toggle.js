export const choice = () => window.portalTheme.choice();
export const choose = (theme) => window.portalTheme.choose(theme);
