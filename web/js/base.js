// Read by Cesium.js when it starts: where its workers and images are.
window.CESIUM_BASE_URL = new URL("vendor/cesium/", document.baseURI).href;
