// Tells the server which texts were pasted, at least in part. It stops nobody.
for (const field of document.querySelectorAll("textarea")) {
  const note = () => {
    const told = document.createElement("input");
    Object.assign(told, { type: "hidden", name: "pasted", value: field.name });
    field.form.append(told);
  };
  field.addEventListener("paste", note, { once: true });
}
