// The set-up page: what can be chosen comes from the server, what was chosen goes to it.

const KINDS = [
  ["given", "As started", ""],
  ["address", "Network camera", "rtsp://, http:// (MJPEG or MPEG-TS) or srt://. Passwords in it are not shown or kept."],
  ["device", "Capture device", "Capture cards and USB cameras of the machine that serves this page."],
  ["recording", "Recording", "From the folder that `backfocus serve --media FOLDER` names. The recording is the hand."],
  ["virtual", "Virtual camera", "A lens made of arithmetic, with a hand that obeys the guide: sit back and watch."],
];

export class SetUp {
  constructor(root, look) {
    this.root = root;
    this.form = root.querySelector("form");
    this.kinds = root.querySelector("#kinds");
    this.help = root.querySelector("#kind-help");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      look(this.choice());
    });
    this.kinds.addEventListener("change", () => this.showKind());
    this.load();
  }

  async load() {
    const offers = await (await fetch("/api/offers")).json();
    const there = {
      given: Boolean(offers.given),
      address: true,
      device: offers.devices.length > 0,
      recording: offers.recordings.length > 0,
      virtual: true,
    };
    for (const [kind, title] of KINDS) {
      if (kind === "given" && !there.given) continue;
      this.kinds.append(radio(kind, kind === "given" ? offers.given : title, there[kind]));
    }
    const { form } = this;
    options(form.elements.device, offers.devices.map(({ name, title, detail }) => [name, [title, detail].filter(Boolean).join(", ")]));
    options(form.elements.recording, offers.recordings.map((name) => [name, name]));
    options(form.elements.camera, [["", "not named"], ...offers.cameras.map(({ name, title }) => [name, title])]);
    options(form.elements.lens, [["", "not named"], ...offers.lenses.map(({ name, title }) => [name, title])]);
    options(form.elements.transfer, offers.transfers.map((name) => [name, name === "auto" ? "as the stream says" : name]));
    this.missing = { device: "No capture device was found on the machine that serves this page.", recording: offers.media ? "There are no recordings in that folder." : "Name a folder with `backfocus serve --media FOLDER`." };
    for (const [name, value] of Object.entries(offers.chosen ?? {})) {
      if (value != null && value !== "") form.elements[name].value = value;
    }
    this.kinds.querySelector("input:not(:disabled)").checked = true;
    this.showKind();
  }

  kind() {
    return this.kinds.querySelector("input:checked")?.value ?? "virtual";
  }

  showKind() {
    const kind = this.kind();
    for (const label of this.root.querySelectorAll("[data-for]")) label.hidden = label.dataset.for !== kind;
    this.help.textContent = KINDS.find(([name]) => name === kind)[2];
  }

  choice() {
    const fields = this.form.elements;
    const kind = this.kind();
    const pixel = fields.pixel_um.value.trim().replace(",", ".");
    return {
      kind,
      name: { address: fields.address.value, device: fields.device.value, recording: fields.recording.value }[kind] ?? "",
      camera: fields.camera.value,
      lens: fields.lens.value,
      pixel_um: pixel === "" ? null : Number.isNaN(Number(pixel)) ? pixel : Number(pixel),
      f_number: fields.f_number.value,
      transfer: fields.transfer.value,
      shims_um: fields.shims_um.value,
    };
  }

  enable(yes) {
    for (const fieldset of this.form.querySelectorAll("fieldset")) fieldset.disabled = !yes;
    this.form.querySelector("[type=submit]").disabled = !yes;
  }
}

function radio(value, title, there) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  const words = document.createElement("span");
  Object.assign(input, { type: "radio", name: "kind", value, disabled: !there });
  words.textContent = title;
  label.append(input, words);
  return label;
}

function options(select, list) {
  select.replaceChildren(...list.map(([value, title]) => new Option(title, value)));
}
