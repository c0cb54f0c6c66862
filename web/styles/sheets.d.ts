// Sheets that come with the views that need them; Vite loads them.

declare module "*.css";
