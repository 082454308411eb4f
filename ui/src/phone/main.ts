import { createApp } from 'vue'
import { applyLanguage, loadTexts } from '../core/i18n'
import { startRouter } from '../core/router'
import { openSession } from '../core/session'
import '../tokens.css'
import '../parts/parts.css'
import './phone.css'
import App from './App.vue'

document.documentElement.classList.add('is-phone')
applyLanguage()
startRouter()
const opening = openSession()
void loadTexts()
  .then(() => createApp(App).mount('#app'))
  .then(() => opening)
