// The terminal writes um and begins after its own name; a page can write what people write.

export const micro = (text) => text.replace(/\bum\b/g, "µm");

/** Words that follow a name in the terminal, as a sentence of their own; an address stays as it is. */
export const sentence = (text) => micro(text).replace(/^[a-z]+(?=[ ,;])/, (word) => word[0].toUpperCase() + word.slice(1));
