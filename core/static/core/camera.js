// Reads codes with the camera, or from a photo where a page may not use the camera (plain http).

const FORMATS = ["QRCode", "Code128"];
const WIDTH = 1280;
const BETWEEN = 120;
const GONE = 3000; // a code that stays in the picture is read once

let loading = null;

function load({ script, wasm }) {
  loading ??= new Promise((resolve, reject) => {
    const tag = Object.assign(document.createElement("script"), { src: script });
    tag.onload = () => {
      window.ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => wasm } });
      resolve(window.ZXingWASM);
    };
    tag.onerror = () => { loading = null; reject(new Error(script)); };
    document.head.append(tag);
  });
  return loading;
}

export const hasCamera = () => Boolean(navigator.mediaDevices?.getUserMedia);

// Begins to read; `found(text)` is called for each code that comes into the picture. Gives `{close, light}`.
export async function openCamera({ video, reader, found }) {
  const zxing = await load(reader);
  const size = { facingMode: "environment", width: { ideal: WIDTH } };
  const stream = await navigator.mediaDevices.getUserMedia({ video: size, audio: false });
  video.srcObject = stream;
  await video.play();
  const seen = new Map();
  let open = true;

  async function look() {
    while (open) {
      const codes = video.readyState >= 2 ? await decode(zxing, video, video.videoWidth, video.videoHeight) : [];
      for (const text of codes) {
        const last = seen.get(text) ?? -Infinity;
        seen.set(text, performance.now());
        if (open && performance.now() - last > GONE) found(text);
      }
      await new Promise((resolve) => { setTimeout(resolve, BETWEEN); });
    }
  }

  const track = stream.getVideoTracks()[0];
  look();
  return {
    close: () => { open = false; stream.getTracks().forEach((one) => one.stop()); video.srcObject = null; },
    light: track.getCapabilities?.().torch ? (on) => track.applyConstraints({ advanced: [{ torch: on }] }) : null,
  };
}

// The code on a photo; null when there is none.
export async function readPhoto({ file, reader }) {
  const zxing = await load(reader);
  const bitmap = await createImageBitmap(file);
  const [text] = await decode(zxing, bitmap, bitmap.width, bitmap.height);
  return text ?? null;
}

const canvas = document.createElement("canvas");

// Of several codes in the picture, the one nearest to its middle.
async function decode(zxing, source, width, height) {
  const scale = Math.min(1, WIDTH / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  const results = await zxing.readBarcodes(pixels, { formats: FORMATS, tryHarder: true, maxNumberOfSymbols: 8 });
  const away = ({ position: { topLeft: a, bottomRight: b } }) =>
    Math.hypot((a.x + b.x) / 2 - canvas.width / 2, (a.y + b.y) / 2 - canvas.height / 2);
  const codes = results.filter((result) => result.isValid && result.text).sort((a, b) => away(a) - away(b));
  return codes.slice(0, 1).map((result) => result.text);
}
