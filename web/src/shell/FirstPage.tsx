/** The address `/`: the workflow that was open last, or the list. */

import { useEffect, useState } from "react";
import { Redirect } from "wouter";
import { listWorkflows } from "../api/workflows";

export function FirstPage() {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    listWorkflows(1).then(
      ({ items: [newest] }) => setAddress(newest ? `/workflows/${newest.id}` : "/workflows"),
      () => setAddress("/workflows"),
    );
  }, []);
  return address ? <Redirect to={address} replace /> : null;
}
