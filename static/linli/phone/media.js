/* Photos made small and voice notes, as bytes. */

const EDGE = 1600, ENOUGH = 1.5e6, LONGEST = 60e3;

const dataUrl = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result);
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
});

/* The picture on a canvas of at most 1,600 px. */
export async function picture(file) {
  const image = new Image();
  image.src = await dataUrl(file);
  await image.decode();
  const scale = Math.min(1, EDGE / Math.max(image.naturalWidth, image.naturalHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
  const paper = canvas.getContext("2d");
  paper.fillStyle = "#fff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/* A JPEG, drawn anew: nothing of the camera's notes (EXIF) remains. */
export async function shrink(file) {
  const canvas = await picture(file);
  let blob = null;
  for (const quality of [0.82, 0.65, 0.5]) {
    blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", quality); });
    if (blob && blob.size <= ENOUGH) break;
  }
  if (!blob) throw new Error("no picture");
  return { type: "image/jpeg", bytes: new Uint8Array(await blob.arrayBuffer()), canvas };
}

export const canRecord = () => Boolean(window.MediaRecorder && navigator.mediaDevices && navigator.mediaDevices.getUserMedia);

/* Start to listen; `stop()` gives the note. */
export async function record() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream), parts = [];
  recorder.ondataavailable = (event) => { if (event.data.size) parts.push(event.data); };
  const over = new Promise((resolve) => { recorder.onstop = resolve; });
  recorder.start();
  const clock = setTimeout(() => recorder.state !== "inactive" && recorder.stop(), LONGEST);
  return {
    over,
    async stop() {
      clearTimeout(clock);
      if (recorder.state !== "inactive") recorder.stop();
      await over;
      for (const track of stream.getTracks()) track.stop();
      const blob = new Blob(parts, { type: recorder.mimeType });
      return { type: (recorder.mimeType || "audio/webm").split(";")[0], bytes: new Uint8Array(await blob.arrayBuffer()) };
    },
  };
}
