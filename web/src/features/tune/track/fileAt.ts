/** fileAt is where MLflow's protocol gives a file of a run, as it is; its addresses are not of our own API (docs/formats/mlflow.md). */
export function fileAt(product: string, experiment: string, run: string, path: string): string {
  return `/mlflow/${product}/api/2.0/mlflow-artifacts/artifacts/${experiment}/${run}/artifacts/${path.split("/").map(encodeURIComponent).join("/")}`;
}
