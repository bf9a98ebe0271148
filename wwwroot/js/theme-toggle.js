export const choice = () => window.portalTheme.choice();
