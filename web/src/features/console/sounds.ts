let context: AudioContext | null = null;

/** Partials of a small bell: ratio to the strike note, loudness, seconds until it has died away. */
const bell: [ratio: number, gain: number, decay: number][] = [
  [0.5, 0.25, 1.4],
  [1, 0.6, 1.1],
  [1.19, 0.35, 0.8],
  [1.5, 0.2, 0.6],
  [2, 0.3, 0.5],
  [2.52, 0.12, 0.3],
];

function strike(frequency: number, at: number, volume: number, output: AudioNode): void {
  const audio = output.context;
  for (const [ratio, gain, decay] of bell) {
    const tone = audio.createOscillator();
    const envelope = audio.createGain();
    tone.frequency.value = frequency * ratio;
    envelope.gain.setValueAtTime(0, at);
    envelope.gain.linearRampToValueAtTime(gain * volume * 0.5, at + 0.006);
    envelope.gain.exponentialRampToValueAtTime(0.0001, at + decay);
    tone.connect(envelope).connect(output);
    tone.start(at);
    tone.stop(at + decay);
  }
}

function ring(notes: number[], volume: number, output: AudioNode): void {
  const start = output.context.currentTime + 0.02;
  notes.forEach((note, index) => strike(note, start + index * 0.13, volume, output));
}

function play(notes: number[], volume: number): void {
  if (volume <= 0) return;
  try {
    context ??= new AudioContext();
    void context.resume();
    ring(notes, volume, context.destination);
  } catch {
    // No sound device: the screen says it too.
  }
}

/** Two rising bells: somebody is on the line. `volume` from 0 to 1. */
export function chimeNewCall(volume: number): void {
  play([784, 1046.5], volume);
}

const testSoundMs = 2000;

/** Three bells where customers are heard. Ends when they have died away; throws when the device cannot be used. */
export async function playTestSound(speakerId: string | null): Promise<void> {
  const audio = new AudioContext();
  const output = audio.createMediaStreamDestination();
  const player = new Audio();
  player.srcObject = output.stream;
  try {
    await player.setSinkId?.(speakerId ?? '');
    await Promise.all([audio.resume(), player.play()]);
    ring([784, 987.8, 1174.7], 0.8, output);
    await new Promise((resolve) => setTimeout(resolve, testSoundMs));
  } finally {
    player.srcObject = null;
    await audio.close();
  }
}

/** One falling pair, lower: the line is down. */
export function chimeLineDown(volume: number): void {
  play([392, 311.1], volume);
}
