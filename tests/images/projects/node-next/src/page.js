export default () => "a page";
