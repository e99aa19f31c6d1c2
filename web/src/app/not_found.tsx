import { LinkButton } from '@/components/link_button';
import { Page } from '@/components/page';

export function NotFound() {
  return (
    <Page title="There is no such page" narrow>
      <p style={{ margin: 0 }}>The address may be mistyped, or what it showed was deleted.</p>
      <LinkButton to="/" style={{ alignSelf: 'start' }}>
        Go to the start page
      </LinkButton>
    </Page>
  );
}
