import { Alert } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { ApiError } from '@/api/client';

/**
 * Sends a form and puts what the server objects to beside the field that it names; what belongs to
 * no field is `problem`. `onFieldError` may bring the field into view first, e.g. a wizard's step.
 */
export function useSubmit<Values>(form: Pick<UseFormReturnType<Values>, 'setFieldError' | 'clearErrors' | 'getInputNode' | 'getValues'>) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function submit(send: () => Promise<void>, onFieldError?: (field: string) => void): Promise<boolean> {
    setBusy(true);
    setProblem(null);
    form.clearErrors();
    try {
      await send();
      return true;
    } catch (error) {
      const field = error instanceof ApiError ? error.field?.split(/[.[]/)[0] : undefined;
      const message = error instanceof Error ? error.message : 'Something unexpected went wrong. Try again.';
      if (field !== undefined && field in (form.getValues() as object)) {
        form.setFieldError(field, message);
        onFieldError?.(field);
        requestAnimationFrame(() => form.getInputNode(field)?.focus());
      } else {
        setProblem(message);
      }
      return false;
    } finally {
      setBusy(false);
    }
  }

  return { busy, problem, submit };
}

export function Problem({ text }: { text: string | null }) {
  return (
    <div role="alert">
      {text ? (
        <Alert role="none" color="red" variant="light" icon={<IconAlertTriangle size={18} />} styles={{ message: { color: 'var(--ink)' } }}>
          {text}
        </Alert>
      ) : null}
    </div>
  );
}
