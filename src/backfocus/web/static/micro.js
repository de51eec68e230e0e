// The terminal writes um; a page can write what people write.

export const micro = (text) => text.replace(/\bum\b/g, "µm");
