// Heard: a tone that rises with the sharpness, a signal at the peak, spoken instructions. Each can be muted.

const LOWEST_HZ = 180;
const OCTAVES = 3.2;
const KEPT = "sounds";

export class Sound {
  constructor() {
    this.wants = { tone: true, signal: true, voice: true, buzz: true, ...JSON.parse(localStorage.getItem(KEPT) || "{}") };
    this.on = false;
    this.heard = null;
    this.said = "";
  }

  /** Only a tap may start sound; browsers insist. */
  async start() {
    this.context ??= new AudioContext();
    await this.context.resume();
    this.on = true;
    if (!this.tone) {
      this.tone = this.context.createOscillator();
      this.gain = this.context.createGain();
      this.gain.gain.value = 0;
      this.tone.type = "triangle";
      this.tone.connect(this.gain).connect(this.context.destination);
      this.tone.start();
      this.beat = setInterval(() => this.blip(), 60);
    }
  }

  stop() {
    this.on = false;
    if (this.gain) this.gain.gain.setTargetAtTime(0, this.context.currentTime, 0.02);
    globalThis.speechSynthesis?.cancel();
  }

  want(name, yes) {
    this.wants[name] = yes;
    localStorage.setItem(KEPT, JSON.stringify(this.wants));
    if (name === "voice" && !yes) globalThis.speechSynthesis?.cancel();
  }

  /** Like a variometer: pitch and pace rise toward the peak. */
  follow(share, sounding) {
    this.share = share;
    this.sounding = sounding && share != null;
  }

  blip() {
    const now = this.context.currentTime;
    if (!this.on || !this.wants.tone || !this.sounding || document.hidden) {
      this.gain.gain.setTargetAtTime(0, now, 0.02);
      return;
    }
    this.tone.frequency.setTargetAtTime(LOWEST_HZ * 2 ** (OCTAVES * this.share), now, 0.03);
    const period = 0.5 - 0.38 * this.share;
    const sounds = now % period < 0.6 * period;
    this.gain.gain.setTargetAtTime(sounds ? 0.09 : 0, now, 0.012);
  }

  /** What was signalled since the last message; each once, and nothing of before the page was opened. */
  signals(list) {
    const newest = list.at(-1)?.[0] ?? 0;
    const fresh = this.heard == null ? [] : list.filter(([number]) => number > this.heard);
    this.heard = newest;
    for (const [, kind] of fresh) this.signal(kind);
  }

  signal(kind) {
    if (this.wants.buzz) navigator.vibrate?.({ peak: [60, 40, 60], good: 40, wrong: [200, 80, 200], done: [80, 60, 80, 60, 160] }[kind]);
    if (!this.on || !this.wants.signal) return;
    const notes = { peak: [1319, 1760], good: [988], wrong: [330, 247], done: [784, 988, 1175, 1568] }[kind];
    notes.forEach((hertz, index) => this.note(hertz, 0.14 * index));
  }

  note(hertz, after) {
    const at = this.context.currentTime + after;
    const tone = this.context.createOscillator();
    const gain = this.context.createGain();
    tone.type = "sine";
    tone.frequency.value = hertz;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.22, at + 0.01);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.4);
    tone.connect(gain).connect(this.context.destination);
    tone.start(at);
    tone.stop(at + 0.42);
  }

  say(words) {
    if (!this.on || !this.wants.voice || !globalThis.speechSynthesis || words === this.said) return;
    this.said = words;
    speechSynthesis.cancel();
    const speech = new SpeechSynthesisUtterance(words.replace(/\bum\b/g, "micrometres"));
    speech.lang = "en";
    speechSynthesis.speak(speech);
  }
}
