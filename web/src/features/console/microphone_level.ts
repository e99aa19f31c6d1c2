import { useEffect, useState } from 'react';

/** Of speech into a headset, in decibels below full scale: nothing to be seen below, the whole meter above. */
const floorDecibel = -55;
const ceilingDecibel = -12;
const silentAfterMs = 5000;

export interface MicrophoneLevel {
  /** 0 to 1, as loud as people hear it. */
  level: number;
  /** Nothing at all has come for some seconds. */
  silent: boolean;
}

/** How loud samples between -1 and 1 are. */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibel = 10 * Math.log10(sum / Math.max(1, samples.length));
  return Math.min(1, Math.max(0, (decibel - floorDecibel) / (ceilingDecibel - floorDecibel)));
}

/** Looks at the microphone each `everyMs`, until its last user is gone. */
export function useMicrophoneLevel(microphone: MediaStream | null, everyMs: number): MicrophoneLevel {
  const [seen, setSeen] = useState<MicrophoneLevel>({ level: 0, silent: false });
  useEffect(() => {
    if (!microphone) return;
    const context = new AudioContext();
    void context.resume();
    const analyser = context.createAnalyser();
    analyser.fftSize = 4096;
    context.createMediaStreamSource(microphone).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let lastSound = performance.now();
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const level = levelOf(samples);
      const now = performance.now();
      if (level > 0) lastSound = now;
      setSeen({ level, silent: now - lastSound > silentAfterMs });
    }, everyMs);
    return () => {
      clearInterval(timer);
      void context.close();
    };
  }, [microphone, everyMs]);
  return microphone ? seen : { level: 0, silent: false };
}
