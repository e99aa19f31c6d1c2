export type MicrophoneProblem = 'insecure' | 'denied' | 'missing' | 'busy';

export class MicrophoneError extends Error {
  readonly problem: MicrophoneProblem;

  constructor(problem: MicrophoneProblem) {
    super(microphoneHelp[problem].title);
    this.problem = problem;
  }
}

/** What happened, and what the agent can do about it. */
export const microphoneHelp: Record<MicrophoneProblem, { title: string; hint: string }> = {
  insecure: {
    title: 'This address does not allow a microphone',
    hint: 'Browsers give the microphone to secure pages only. Open Carillon with https:// before its address.',
  },
  denied: {
    title: 'The microphone is blocked',
    hint: 'Press the sign left of the address, allow the microphone for this site, then try again.',
  },
  missing: {
    title: 'No microphone was found',
    hint: 'Plug in your headset, wait a moment, then try again.',
  },
  busy: {
    title: 'The microphone cannot be used',
    hint: 'Another program may be using it. Close it, or choose another microphone, then try again.',
  },
};

/** Opens the microphone with echo cancellation. Throws MicrophoneError. */
export async function openMicrophone(deviceId: string | null): Promise<MediaStream> {
  // Undefined outside secure contexts, whatever the type says.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new MicrophoneError('insecure');
  const audio: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
  try {
    return await devices.getUserMedia({ audio: deviceId ? { ...audio, deviceId: { exact: deviceId } } : audio });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : '';
    // The chosen one is gone: any other is better than none.
    if (deviceId && (name === 'OverconstrainedError' || name === 'NotFoundError')) return openMicrophone(null);
    throw new MicrophoneError(problemOf(name));
  }
}

export function problemOf(errorName: string): MicrophoneProblem {
  if (errorName === 'NotAllowedError' || errorName === 'SecurityError') return 'denied';
  if (errorName === 'NotFoundError' || errorName === 'OverconstrainedError') return 'missing';
  return 'busy';
}
